{% macro landing_set_definition(feed, definition) -%}
    {%- set is_feed = 'feed = ' ~ landing_literal(feed.name) -%}
    {#- A file that the old block refused may be good for the new one: the next run reads it again. -#}
    {%- do run_query(
        'update ' ~ feed.schema ~ ".LANDED_FILES set state = 'retried' where " ~ is_feed ~ " and state = 'refused'"
    ) -%}
    {%- do run_query(
        'update ' ~ feed.schema ~ '.FEEDS set definition = ' ~ landing_literal(definition) ~ ' where ' ~ is_feed
    ) -%}
{%- endmacro %}
