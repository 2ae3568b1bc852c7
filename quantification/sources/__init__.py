"""Emission sources other than soil carbon, and woody biomass (VM0042 sections 8.2.2 to 8.2.11 and 8.5.1).

Categories (fuel, livestock type, productivity system, manure system, residue, fertilizer) stand on the last axis and
are summed there; a plain number is one category. Units, years and draws stand on the axes before it. Every equation
takes the area of the unit, also where the printed one does not: amounts are judged per hectare, so that kilograms
in place of tonnes are refused.
"""
