{% macro landing_feeds() -%}
    {{ return(graph.sources.values() | selectattr('config.meta.landing', 'defined') | list) }}
{%- endmacro %}
