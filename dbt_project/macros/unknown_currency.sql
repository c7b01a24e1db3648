{% macro unknown_currency() -%}
    'XXX'
{%- endmacro %}
