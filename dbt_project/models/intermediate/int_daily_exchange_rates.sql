{{ config(materialized='table') }}

with

rates as (

    select * from {{ ref('currency_rates') }}

),

dates as (

    select * from {{ ref('int_calendar_days') }}

),

-- The first rate also serves the days before it, each rate holds until the next one.
periods as (

    select
        currency_code,
        rate_date,
        usd_per_unit,
        iff(
            lag(rate_date) over (partition by currency_code order by rate_date) is null,
            {{ beginning_of_time() }}::date,
            rate_date
        ) as valid_from,
        coalesce(
            lead(rate_date) over (partition by currency_code order by rate_date),
            {{ end_of_time() }}::date
        ) as valid_to

    from rates

),

daily as (

    select
        dates.date_day,
        periods.currency_code,
        periods.rate_date,
        periods.usd_per_unit

    from dates

    inner join periods
        on
            dates.date_day >= periods.valid_from
            and dates.date_day < periods.valid_to

),

converted as (

    select
        daily.date_day,
        daily.currency_code,
        daily.rate_date,
        '{{ var("reporting_currency") }}' as reporting_currency,
        round(daily.usd_per_unit / reporting.usd_per_unit, 10)::number(28, 10) as exchange_rate

    from daily

    inner join daily as reporting
        on
            daily.date_day = reporting.date_day
            and reporting.currency_code = '{{ var("reporting_currency") }}'

)

select * from converted
