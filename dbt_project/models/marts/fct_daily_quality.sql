{{ config(materialized='view') }}

with

daily as (

    select * from {{ ref('fct_daily_transactions') }}

),

counted as (

    select
        transaction_date,
        sum(transactions)::number(38, 0) as transactions,
        sum(transactions_in_stream)::number(38, 0) as transactions_in_stream,
        sum(transactions_in_file)::number(38, 0) as transactions_in_file,
        sum(transactions_in_both)::number(38, 0) as transactions_in_both,
        sum(contradicted_transactions)::number(38, 0) as contradicted_transactions,
        sum(late_transactions)::number(38, 0) as late_transactions,
        sum(resent_transactions)::number(38, 0) as resent_transactions,
        sum(transactions_before_registration)::number(38, 0) as transactions_before_registration,
        sum(unknown_user_transactions)::number(38, 0) as unknown_user_transactions,
        sum(unknown_merchant_transactions)::number(38, 0) as unknown_merchant_transactions,
        sum(unknown_category_transactions)::number(38, 0) as unknown_category_transactions,
        sum(unknown_currency_transactions)::number(38, 0) as unknown_currency_transactions,
        sum(unconverted_transactions)::number(38, 0) as unconverted_transactions

    from daily

    group by transaction_date

),

shared as (

    select
        *,
        round(late_transactions / nullif(transactions_in_stream, 0), 4)::number(5, 4) as late_share,
        round(resent_transactions / transactions, 4)::number(5, 4) as resent_share,
        round(unknown_user_transactions / transactions, 4)::number(5, 4) as unknown_user_share

    from counted

)

select * from shared
