{% macro beginning_of_time() -%}
    '0001-01-01'::timestamp_ntz(6)
{%- endmacro %}
