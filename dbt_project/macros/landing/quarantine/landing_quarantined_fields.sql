{% macro landing_quarantined_fields(feed) -%}
    {%- set fields = [] -%}
    {%- for name in landing_delivered_names(feed) + ['+1'] -%}
        {%- do fields.append('parse_json(raw_values):"' ~ name ~ '"::text') -%}
    {%- endfor -%}
    {%- if landing_has_format(feed) -%}
        {#- Line, faults, raw, extra. -#}
        {%- set more = fields.pop() -%}
        {%- do fields.extend(['null', "case when " ~ more ~ " is not null then 'too many fields' end", 'null', 'null']) -%}
    {%- endif -%}
    {%- set named = [] -%}
    {%- for field in fields -%}
        {%- do named.append(field ~ ' as c' ~ loop.index) -%}
    {%- endfor -%}
    {{ return(named) }}
{%- endmacro %}
