{% macro landing_file_format(name, empty_field_as_null) -%}
    {#- Quotes as in RFC 4180 and no escapes, so that a value arrives as it was written. -#}
    {%- set sql -%}
create file format if not exists {{ name }}
    type = csv field_delimiter = ',' field_optionally_enclosed_by = '"'
    escape = none escape_unenclosed_field = none
    empty_field_as_null = {{ empty_field_as_null }} null_if = ()
    skip_header = 0 error_on_column_count_mismatch = false skip_blank_lines = true
    timestamp_format = 'AUTO' date_format = 'AUTO'
    {%- endset -%}
    {{ return(sql) }}
{%- endmacro %}
