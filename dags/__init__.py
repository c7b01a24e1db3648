"""What Airflow runs: `*_dag.py` over `steps/` over `landing/`."""
