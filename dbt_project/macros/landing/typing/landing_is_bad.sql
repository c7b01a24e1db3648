{% macro landing_is_bad(feed) -%}
    {#- Never null, so that each row is either good or bad. -#}
    {{ return('coalesce(' ~ landing_rules(feed) | map(attribute='test') | join(' or ') ~ ', true)') }}
{%- endmacro %}
