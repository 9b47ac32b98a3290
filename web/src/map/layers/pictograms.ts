import bank from '@mapbox/maki/icons/bank.svg?raw';
import bus from '@mapbox/maki/icons/bus.svg?raw';
import charging from '@mapbox/maki/icons/charging-station.svg?raw';
import defibrillator from '@mapbox/maki/icons/defibrillator.svg?raw';
import doctor from '@mapbox/maki/icons/doctor.svg?raw';
import water from '@mapbox/maki/icons/drinking-water.svg?raw';
import fireStation from '@mapbox/maki/icons/fire-station.svg?raw';
import grocery from '@mapbox/maki/icons/grocery.svg?raw';
import hospital from '@mapbox/maki/icons/hospital.svg?raw';
import library from '@mapbox/maki/icons/library.svg?raw';
import park from '@mapbox/maki/icons/park.svg?raw';
import parking from '@mapbox/maki/icons/parking.svg?raw';
import pharmacy from '@mapbox/maki/icons/pharmacy.svg?raw';
import playground from '@mapbox/maki/icons/playground.svg?raw';
import police from '@mapbox/maki/icons/police.svg?raw';
import post from '@mapbox/maki/icons/post.svg?raw';
import metro from '@mapbox/maki/icons/rail-metro.svg?raw';
import restaurant from '@mapbox/maki/icons/restaurant.svg?raw';
import canteen from '@mapbox/maki/icons/restaurant-noodle.svg?raw';
import school from '@mapbox/maki/icons/school.svg?raw';
import shelter from '@mapbox/maki/icons/shelter.svg?raw';
import shop from '@mapbox/maki/icons/shop.svg?raw';
import star from '@mapbox/maki/icons/star.svg?raw';
import toilet from '@mapbox/maki/icons/toilet.svg?raw';
import townHall from '@mapbox/maki/icons/town-hall.svg?raw';
import warehouse from '@mapbox/maki/icons/warehouse.svg?raw';
import worship from '@mapbox/maki/icons/place-of-worship.svg?raw';
import community from '@mapbox/maki/icons/residential-community.svg?raw';
import hydrant from '@ideditor/temaki/icons/fire_hydrant.svg?raw';
import care from '@ideditor/temaki/icons/social_facility.svg?raw';

/** Pictograms of resource sites by category (Maki and Temaki, CC0). A category not listed gets the star. */
export const pictograms: Record<string, string> = {
  aed: defibrillator,
  bank,
  bus,
  bus_stop: bus,
  canteen,
  charging,
  clinic: doctor,
  community_centre: community,
  neighbour_station: community,
  elderly_care: care,
  fire: fireStation,
  fire_station: fireStation,
  government: townHall,
  hospital,
  hydrant,
  kindergarten: playground,
  library,
  market: grocery,
  metro,
  station: metro,
  park,
  parking,
  party_centre: townHall,
  pharmacy,
  police,
  post,
  restaurant,
  school,
  service_hall: townHall,
  shelter,
  shop,
  supplies: warehouse,
  toilet,
  water,
  worship,
};

export const otherPictogram = star;
