"""The half of the audit that Snowflake can do alone: ledger, RAW, quarantine and marts agree."""
