{#- At most this share of the rows satisfies the condition. -#}
{% test at_most(model, share, condition) %}

select
    count(*) as all_rows,
    count_if({{ condition }}) as matching_rows

from {{ model }}

having count_if({{ condition }}) > {{ share }} * count(*)

{% endtest %}
