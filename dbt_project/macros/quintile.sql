{#- 1 for the lowest fifth of the rows to 5 for the highest; equal values get equal scores, which
    ntile() does not promise. Whole numbers only, so that no rounding decides. -#}
{% macro quintile(expression) -%}
    (
        5 * (rank() over (order by {{ expression }}) - 1)
        - mod(5 * (rank() over (order by {{ expression }}) - 1), count(*) over ())
    ) / count(*) over () + 1
{%- endmacro %}
