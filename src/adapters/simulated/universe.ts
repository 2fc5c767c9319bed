/** The simulated market: well-known US symbols with prices, volumes and volatility of about their real size. */
export interface SimulatedInstrument {
  readonly symbol: string;
  readonly name: string;
  /** Dollars, at the start of the first simulated day. */
  readonly price: number;
  /** Shares on an average day. */
  readonly volume: number;
  /** Standard deviation of a day’s return; 0.02 is two percent. */
  readonly volatility: number;
}

type Row = readonly [symbol: string, name: string, price: number, volume: number, volatility: number];

const ROWS: readonly Row[] = [
  ['AAPL', 'Apple Inc.', 228.5, 52, 1.5],
  ['ABBV', 'AbbVie Inc.', 187.2, 5.8, 1.3],
  ['ADBE', 'Adobe Inc.', 492.4, 3.2, 1.9],
  ['AMD', 'Advanced Micro Devices, Inc.', 152.3, 45, 2.9],
  ['AMZN', 'Amazon.com, Inc.', 196.8, 38, 1.9],
  ['AVGO', 'Broadcom Inc.', 171.5, 22, 2.5],
  ['BA', 'The Boeing Company', 178.6, 8.4, 2.1],
  ['BAC', 'Bank of America Corporation', 42.8, 34, 1.5],
  ['BLK', 'BlackRock, Inc.', 968.0, 0.6, 1.4],
  ['BRK.B', 'Berkshire Hathaway Inc. Class B', 461.3, 3.6, 0.9],
  ['C', 'Citigroup Inc.', 66.4, 13, 1.7],
  ['CAT', 'Caterpillar Inc.', 382.1, 2.8, 1.7],
  ['COST', 'Costco Wholesale Corporation', 912.7, 1.8, 1.2],
  ['CRM', 'Salesforce, Inc.', 296.5, 5.6, 1.9],
  ['CSCO', 'Cisco Systems, Inc.', 56.9, 18, 1.2],
  ['CVX', 'Chevron Corporation', 152.4, 7.6, 1.4],
  ['DIA', 'SPDR Dow Jones Industrial Average ETF Trust', 428.6, 3.3, 0.8],
  ['DIS', 'The Walt Disney Company', 96.7, 9.4, 1.6],
  ['F', 'Ford Motor Company', 11.2, 48, 2.0],
  ['GE', 'GE Aerospace', 187.9, 5.1, 1.7],
  ['GLD', 'SPDR Gold Shares', 246.1, 7.2, 0.9],
  ['GM', 'General Motors Company', 51.3, 11, 2.0],
  ['GOOGL', 'Alphabet Inc. Class A', 168.4, 25, 1.7],
  ['GS', 'The Goldman Sachs Group, Inc.', 528.9, 2.2, 1.5],
  ['HD', 'The Home Depot, Inc.', 402.6, 3.2, 1.3],
  ['IBM', 'International Business Machines Corporation', 214.7, 4.3, 1.4],
  ['INTC', 'Intel Corporation', 22.8, 62, 3.0],
  ['IWM', 'iShares Russell 2000 ETF', 222.4, 28, 1.3],
  ['JNJ', 'Johnson & Johnson', 161.2, 7.1, 1.0],
  ['JPM', 'JPMorgan Chase & Co.', 224.3, 8.8, 1.4],
  ['KO', 'The Coca-Cola Company', 67.5, 13, 0.9],
  ['LLY', 'Eli Lilly and Company', 893.5, 3.0, 2.0],
  ['MA', 'Mastercard Incorporated', 508.8, 2.4, 1.2],
  ['MCD', "McDonald's Corporation", 296.4, 3.3, 1.1],
  ['META', 'Meta Platforms, Inc.', 572.6, 13, 2.1],
  ['MRK', 'Merck & Co., Inc.', 102.7, 9.9, 1.2],
  ['MSFT', 'Microsoft Corporation', 418.2, 20, 1.3],
  ['MU', 'Micron Technology, Inc.', 104.9, 21, 3.1],
  ['NFLX', 'Netflix, Inc.', 756.1, 3.4, 2.1],
  ['NKE', 'NIKE, Inc.', 78.9, 10, 1.8],
  ['NVDA', 'NVIDIA Corporation', 138.7, 240, 2.8],
  ['ORCL', 'Oracle Corporation', 172.6, 8.1, 1.9],
  ['PEP', 'PepsiCo, Inc.', 168.3, 5.4, 1.0],
  ['PFE', 'Pfizer Inc.', 28.4, 36, 1.5],
  ['PG', 'The Procter & Gamble Company', 168.9, 6.5, 0.9],
  ['PLTR', 'Palantir Technologies Inc.', 43.6, 62, 3.6],
  ['PYPL', 'PayPal Holdings, Inc.', 80.2, 11, 2.1],
  ['QCOM', 'QUALCOMM Incorporated', 168.7, 8.3, 2.1],
  ['QQQ', 'Invesco QQQ Trust', 493.4, 36, 1.2],
  ['SBUX', 'Starbucks Corporation', 97.1, 8.7, 1.7],
  ['SPY', 'SPDR S&P 500 ETF Trust', 582.6, 46, 0.9],
  ['T', 'AT&T Inc.', 22.1, 31, 1.3],
  ['TGT', 'Target Corporation', 152.8, 4.6, 1.9],
  ['TLT', 'iShares 20+ Year Treasury Bond ETF', 92.4, 34, 1.0],
  ['TSLA', 'Tesla, Inc.', 251.4, 88, 3.4],
  ['UBER', 'Uber Technologies, Inc.', 77.3, 18, 2.3],
  ['UNH', 'UnitedHealth Group Incorporated', 566.2, 3.4, 1.4],
  ['V', 'Visa Inc.', 289.5, 6.2, 1.1],
  ['VZ', 'Verizon Communications Inc.', 42.6, 17, 1.2],
  ['WFC', 'Wells Fargo & Company', 64.8, 16, 1.7],
  ['WMT', 'Walmart Inc.', 82.3, 15, 1.1],
  ['XOM', 'Exxon Mobil Corporation', 119.6, 14, 1.4],
];

export const UNIVERSE: readonly SimulatedInstrument[] = ROWS.map(
  ([symbol, name, price, volume, volatility]) => ({
    symbol,
    name,
    price,
    volume: volume * 1_000_000,
    volatility: volatility / 100,
  }),
);
