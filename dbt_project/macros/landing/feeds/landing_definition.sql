{% macro landing_definition(feed) -%}
    {{ return('@' ~ landing_stage(feed) ~ '; ' ~ landing_column_definitions(feed) | join('; ')) }}
{%- endmacro %}
