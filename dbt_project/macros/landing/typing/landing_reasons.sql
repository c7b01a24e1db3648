{% macro landing_reasons(feed) -%}
    {%- set parts = [] -%}
    {%- for rule in landing_rules(feed) -%}
        {%- do parts.append('case when ' ~ rule.test ~ " then '; ' || " ~ rule.reason ~ " else '' end") -%}
    {%- endfor -%}
    {{ return("ltrim(" ~ parts | join(' || ') ~ ", '; ')") }}
{%- endmacro %}
