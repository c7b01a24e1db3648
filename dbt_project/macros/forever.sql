{#- Ends of open ranges, as values: a join on them needs no special case for null. Before any date that
    a file can hold, typing errors included. -#}
{% macro beginning_of_time() -%}
    '0001-01-01'::timestamp_ntz(6)
{%- endmacro %}

{% macro end_of_time() -%}
    '9999-12-31'::timestamp_ntz(6)
{%- endmacro %}
