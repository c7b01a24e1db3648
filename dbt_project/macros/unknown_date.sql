{% macro unknown_date() -%}
    '1900-01-01'::date
{%- endmacro %}
