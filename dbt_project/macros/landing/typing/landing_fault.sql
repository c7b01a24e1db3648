{% macro landing_fault(feed, raw, type) -%}
    {%- set type = type | lower -%}
    {%- if type == 'text' -%}
        {{ return(none) }}
    {%- endif -%}
    {#- The database computes each mention of a value again, over all rows: hence one cast and one
        pattern per column, and the test for blanks only where there is no value. -#}
    {%- set faults = ['(' ~ landing_value(feed, raw, type) ~ ' is null and trim(' ~ raw ~ ") != '')"] -%}
    {%- set pattern = landing_pattern(type) -%}
    {%- if pattern -%}
        {%- do faults.insert(0, 'not rlike(' ~ raw ~ ', ' ~ landing_literal(' *(' ~ pattern ~ ')? *') ~ ')') -%}
    {%- endif -%}
    {{ return('(' ~ raw ~ ' is not null and (' ~ faults | join(' or ') ~ '))') }}
{%- endmacro %}
