{% macro landing_buffer_columns(feed) -%}
    {%- set names = [] -%}
    {%- for n in range(landing_delivered(feed) | length + (4 if landing_has_format(feed) else 1)) -%}
        {%- do names.append('c' ~ (n + 1)) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}
