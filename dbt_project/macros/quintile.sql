{% macro quintile(expression) -%}
    (
        5 * (rank() over (order by {{ expression }}) - 1)
        - mod(5 * (rank() over (order by {{ expression }}) - 1), count(*) over ())
    ) / count(*) over () + 1
{%- endmacro %}
