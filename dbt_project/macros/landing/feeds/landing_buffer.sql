{% macro landing_buffer(feed, suffix='') -%}
    {{ return(feed.schema ~ '.LOAD_' ~ feed.identifier ~ '_' ~ invocation_id.replace('-', '') ~ suffix) }}
{%- endmacro %}
