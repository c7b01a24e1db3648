with

currencies as (

    select * from {{ ref('currencies') }}

),

rates as (

    select * from {{ ref('currency_rates') }}

),

latest_rates as (

    select *

    from rates

    qualify row_number() over (partition by currency_code order by rate_date desc) = 1

),

members as (

    select
        currencies.currency_code,
        currencies.currency_name,
        currencies.minor_units,
        latest_rates.usd_per_unit as latest_usd_per_unit,
        latest_rates.rate_date as latest_rate_date,
        currencies.currency_code = '{{ var("reporting_currency") }}' as is_reporting_currency,
        false as is_unknown

    from currencies

    left join latest_rates
        on currencies.currency_code = latest_rates.currency_code

    union all

    select
        {{ unknown_currency() }} as currency_code,
        'Unknown currency' as currency_name,
        null::number(38, 0) as minor_units,
        null::number(28, 10) as latest_usd_per_unit,
        null::date as latest_rate_date,
        false as is_reporting_currency,
        true as is_unknown

)

select * from members
