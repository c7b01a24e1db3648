{% macro landing_staged_lines(feed, keys, changes=none) -%}
    {%- set sql -%}
        {{ feed.schema }}.LANDED_FILES {{ 'set ' ~ changes if changes }}
        where feed = {{ landing_literal(feed.name) }} and content_key in {{ keys }} and state = 'staged'
    {%- endset -%}
    {{ return(sql) }}
{%- endmacro %}
