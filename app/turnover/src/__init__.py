"""The prediction API: who may ask, what is asked, which model answers, and what is logged."""
