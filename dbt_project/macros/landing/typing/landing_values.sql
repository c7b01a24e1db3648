{% macro landing_values(feed) -%}
    {%- set values = [] -%}
    {%- for column in landing_delivered(feed) -%}
        {%- do values.append(landing_value(feed, 'c' ~ loop.index, column.data_type)) -%}
    {%- endfor -%}
    {{ return(values) }}
{%- endmacro %}
