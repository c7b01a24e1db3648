{% macro landing_same_type(wanted, existing) -%}
    {#- The database does not say the precision of a timestamp, and landing blocks have only one. -#}
    {%- if existing.startswith('timestamp_ntz') -%}
        {{ return((wanted or '').startswith('timestamp_ntz')) }}
    {%- endif -%}
    {{ return(wanted == existing) }}
{%- endmacro %}
