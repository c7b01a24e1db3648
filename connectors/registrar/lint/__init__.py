"""`lint`: what is wrong with a connector's file, before Connect sees it.

Connect's own check passes unknown keys, misspelt words and settings that lose data. `keys` compares
a file with the listings of its plugins, `rules` knows the dangerous combinations, `schema_content`
reads the schema of JSON messages, `live` asks the broker, the database and Connect itself.
"""
