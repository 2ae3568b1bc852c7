"""Bayesian calibration of the process models on trials, and what a calibrated set predicts.

``fit.fit(trials, plan, seed=...)`` gives a ``CalibratedSet``; ``predict.predict_stocks(trials, set, at=...)`` gives
joint draws of stocks. A stock is linear in the stock at the start, in each kind of input and in the other deviations of
a site, so that these are integrated out exactly; only the few numbers of the model and the sds are sampled.
"""
