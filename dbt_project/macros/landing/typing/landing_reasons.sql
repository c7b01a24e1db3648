{% macro landing_reasons(feed) -%}
    {%- set parts = [] -%}
    {%- for rule in landing_rules(feed) -%}
        {%- do parts.append('case when ' ~ rule.test ~ " then '; ' || " ~ rule.reason ~ " else '' end") -%}
    {%- endfor -%}
    {%- set reasons = "ltrim(" ~ parts | join(' || ') ~ ", '; ')" -%}
    {%- if landing_has_format(feed) -%}
        {#- The fields of such a row are empty, which is not a fault of its own. -#}
        {{ return("coalesce(nullif(" ~ landing_added_fields(feed).faults ~ ", ''), " ~ reasons ~ ')') }}
    {%- endif -%}
    {{ return(reasons) }}
{%- endmacro %}
