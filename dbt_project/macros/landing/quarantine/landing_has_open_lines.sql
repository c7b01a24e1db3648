{% macro landing_has_open_lines(feed) -%}
    {%- set quarantine = feed.schema ~ '.QUARANTINE' -%}
    {%- set is_open = 'feed = ' ~ landing_literal(feed.name) ~ ' and replayed_at is null' -%}
    {%- if not landing_scalar('select count(*) from ' ~ quarantine ~ ' where ' ~ is_open) | int -%}
        {{ return(false) }}
    {%- endif -%}
    {#- A table that an older version made does not have it. -#}
    {%- set relation = api.Relation.create(database=target.database, schema=feed.schema, identifier='QUARANTINE') -%}
    {%- set names = adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') -%}
    {%- if 'overtaken_by' not in names -%}
        {%- do run_query('alter table ' ~ quarantine ~ ' add column overtaken_by text') -%}
    {%- endif -%}
    {{ return(true) }}
{%- endmacro %}
