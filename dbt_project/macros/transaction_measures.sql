{% macro transaction_measures() -%}
count(*) as transactions,
        count_if(is_in_stream) as transactions_in_stream,
        count_if(is_in_file) as transactions_in_file,
        coalesce(sum(reporting_amount), 0)::number(38, 2) as reporting_amount,
        coalesce(sum(iff(transaction_type = 'expense', reporting_amount, 0)), 0)::number(38, 2) as spending,
        coalesce(sum(iff(transaction_type = 'income', reporting_amount, 0)), 0)::number(38, 2) as income,
        coalesce(sum(iff(transaction_type not in ('expense', 'income'), reporting_amount, 0)), 0)::number(38, 2)
            as other_amount
{%- endmacro %}
