{% macro landing_now(later=0) -%}
    {%- set at = run_started_at + modules.datetime.timedelta(microseconds=later) -%}
    {{ return("'" ~ at.strftime('%Y-%m-%d %H:%M:%S.%f') ~ "'::timestamp_ntz(6)") }}
{%- endmacro %}
