{% macro landing_stage(feed) -%}
    {{ return(feed.schema ~ '.' ~ feed.config.meta.landing.get('stage', 'STG_' ~ feed.identifier)) }}
{%- endmacro %}
