{% macro landing_fault(feed, raw, type) -%}
    {%- set type = type | lower -%}
    {%- if type == 'text' -%}
        {{ return(none) }}
    {%- endif -%}
    {#- The database computes each mention of a value again, over all rows: hence one cast and one
        pattern per column. -#}
    {%- set faults = [landing_value(feed, raw, type) ~ ' is null'] -%}
    {%- set pattern = landing_pattern(type) -%}
    {%- if pattern -%}
        {%- do faults.append('not rlike(trim(' ~ raw ~ '), ' ~ landing_literal(pattern) ~ ')') -%}
    {%- endif -%}
    {{ return("(nullif(trim(" ~ raw ~ "), '') is not null and (" ~ faults | join(' or ') ~ '))') }}
{%- endmacro %}
