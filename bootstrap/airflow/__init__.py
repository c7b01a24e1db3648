"""Airflow's own settings, and its connections."""
