{% macro landing_now() -%}
    {{ return("'" ~ run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f') ~ "'::timestamp_ntz(6)") }}
{%- endmacro %}
