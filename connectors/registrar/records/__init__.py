"""The values in a record's bytes, for the audit and for those who look at dead letters.

What becomes of a record is Connect's decision alone: nothing here judges or converts a value.
"""
