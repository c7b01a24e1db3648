{% macro landing_has_format(feed) -%}
    {{ return('format' in feed.config.meta.landing) }}
{%- endmacro %}
