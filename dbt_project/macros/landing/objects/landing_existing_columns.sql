{% macro landing_existing_columns(feed) -%}
    {%- set relation = api.Relation.create(database=target.database, schema=feed.schema, identifier=feed.identifier) -%}
    {%- set types = {} -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- set type = column.data_type | lower -%}
        {%- if type.startswith(('character', 'varchar', 'text')) -%}
            {%- set type = 'text' -%}
        {%- elif type.startswith(('float', 'real', 'double')) -%}
            {%- set type = 'float' -%}
        {%- endif -%}
        {%- do types.update({column.name | lower: type.replace(' ', '')}) -%}
    {%- endfor -%}
    {{ return(types) }}
{%- endmacro %}
