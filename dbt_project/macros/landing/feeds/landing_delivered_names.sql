{% macro landing_delivered_names(feed) -%}
    {{ return(landing_delivered(feed) | map(attribute='name') | list) }}
{%- endmacro %}
