{% macro landing_in_list(values) -%}
    {%- set literals = [] -%}
    {%- for value in values -%}
        {%- do literals.append(landing_literal(value)) -%}
    {%- endfor -%}
    {{ return('(' ~ (literals or ['null']) | join(', ') ~ ')') }}
{%- endmacro %}
