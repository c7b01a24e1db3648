{#- Facts that cannot join point at this member of each dimension, so that nothing vanishes. -#}
{% macro unknown_key() -%}
    'unknown'
{%- endmacro %}

{#- ISO 4217's code for "no currency". -#}
{% macro unknown_currency() -%}
    'XXX'
{%- endmacro %}

{#- The day of facts without a time, or with one outside of the calendar. -#}
{% macro unknown_date() -%}
    '1900-01-01'::date
{%- endmacro %}
