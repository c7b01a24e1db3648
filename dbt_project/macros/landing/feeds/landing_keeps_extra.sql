{% macro landing_keeps_extra(feed) -%}
    {{ return(feed.config.meta.landing.get('format', {}).get('extra') == 'keep') }}
{%- endmacro %}
