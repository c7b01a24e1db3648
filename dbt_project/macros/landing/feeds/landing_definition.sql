{% macro landing_definition(feed) -%}
    {%- set parts = ['@' ~ landing_stage(feed)] + landing_column_definitions(feed) -%}
    {%- if landing_has_format(feed) -%}
        {%- do parts.append('format ' ~ tojson(feed.config.meta.landing.format, sort_keys=true)) -%}
    {%- endif -%}
    {{ return(parts | join('; ')) }}
{%- endmacro %}
