{% macro landing_column_definitions(feed) -%}
    {%- set definitions = [] -%}
    {%- for name, type in landing_raw_columns(feed).items() -%}
        {%- do definitions.append(name ~ ' ' ~ type) -%}
    {%- endfor -%}
    {{ return(definitions) }}
{%- endmacro %}
