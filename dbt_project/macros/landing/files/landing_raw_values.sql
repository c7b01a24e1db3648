{% macro landing_raw_values(feed) -%}
    {%- set pairs = [] -%}
    {%- for name in landing_delivered_names(feed) + ['+1'] -%}
        {%- do pairs.append(landing_literal(name) ~ ', c' ~ loop.index) -%}
    {%- endfor -%}
    {{ return('object_construct_keep_null(' ~ pairs | join(', ') ~ ')::text') }}
{%- endmacro %}
