{% macro possible_amount(amount) -%}
    iff(abs({{ amount }}) < 1000000000000000, {{ amount }}, null)::number(24, 6)
{%- endmacro %}
