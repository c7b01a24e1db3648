{% macro landing_added_fields(feed) -%}
    {#- As dags/landing/formats/normalise.py writes them after the columns; c1 to cn are the columns. -#}
    {%- set n = landing_delivered(feed) | length -%}
    {{ return({'line': 'c' ~ (n + 1), 'faults': 'c' ~ (n + 2), 'raw': 'c' ~ (n + 3), 'extra': 'c' ~ (n + 4)}) }}
{%- endmacro %}
