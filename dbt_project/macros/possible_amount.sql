{#- The amount, or null if it is 10^15 or more: a fault, which would overflow sums and products. -#}
{% macro possible_amount(amount) -%}
    iff(abs({{ amount }}) < 1000000000000000, {{ amount }}, null)::number(24, 6)
{%- endmacro %}
