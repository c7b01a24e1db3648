{% macro landing_create_stage(feed) -%}
    {{ return('create stage if not exists ' ~ landing_stage(feed)
        ~ " file_format = (type = csv timestamp_format = 'AUTO')") }}
{%- endmacro %}
