"""No temporary folder is left behind; fakesnow makes one at its import and never removes it.

Stages are folders of the data folder here (stages.py), so that it stays empty.

Upstream: fakesnow.transforms.stage.LOCAL_BUCKET_PATH (fakesnow 0.12.1)
Test: test_durability.py, test_a_server_is_quiet_and_leaves_no_temporary_folder
"""

from pathlib import Path

from fakesnow.transforms import stage

from local_snowflake.patches.patching import upstream

Path(upstream(stage, "LOCAL_BUCKET_PATH")).rmdir()
