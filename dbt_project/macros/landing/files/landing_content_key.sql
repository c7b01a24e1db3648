{% macro landing_content_key(column) -%}
    {{ return("split_part(split_part(" ~ column ~ ", '/', -1), '.', 1)") }}
{%- endmacro %}
