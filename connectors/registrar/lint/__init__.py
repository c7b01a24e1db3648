"""`lint`: what is wrong with a connector's file, before Connect sees it.

Connect's own check passes unknown keys, misspelt words and settings that lose data. `keys` and
`values` compare a file with the listings of its plugins, `rules` knows the dangerous combinations,
`live` asks the broker, the database and Connect itself.
"""
