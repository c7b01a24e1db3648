{% macro landing_raw_values(feed) -%}
    {%- set pairs = [] -%}
    {%- for name in landing_delivered_names(feed) + ([] if landing_has_format(feed) else ['+1']) -%}
        {%- do pairs.append(landing_literal(name) ~ ', c' ~ loop.index) -%}
    {%- endfor -%}
    {%- set values = 'object_construct_keep_null(' ~ pairs | join(', ') ~ ')::text' -%}
    {%- if landing_has_format(feed) -%}
        {{ return("coalesce(nullif(" ~ landing_added_fields(feed).raw ~ ", ''), " ~ values ~ ')') }}
    {%- endif -%}
    {{ return(values) }}
{%- endmacro %}
