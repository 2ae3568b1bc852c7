"""What people who work in Python use: projects and results as frames, equations on labelled arrays, draws for ArviZ."""
